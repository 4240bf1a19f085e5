fn main() {
    nunchi::gauge!("app_jobs", "Jobs.", "" => 1).set(0.0);
}
