fn main() {
    let value = String::new();
    nunchi::gauge!("app_jobs", "Jobs.", "a" => value, "a" => value).set(0.0);
}
