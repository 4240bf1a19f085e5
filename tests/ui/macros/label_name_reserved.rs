fn main() {
    nunchi::gauge!("app_jobs", "Jobs.", "__name__" => 1).set(0.0);
}
