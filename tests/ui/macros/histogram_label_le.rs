fn main() {
    nunchi::histogram!("app_seconds", "Seconds.", "le" => "1").observe(1.0);
}
