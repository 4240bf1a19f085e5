fn main() {
    nunchi::gauge!("app_jobs", "Jobs.", "a:b" => 1).set(0.0);
}
