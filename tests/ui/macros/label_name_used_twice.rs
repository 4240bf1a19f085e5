fn main() {
    nunchi::gauge!("app_jobs", "Jobs.", "a" => 1, "b" => 2, "a" => 3).set(0.0);
}
