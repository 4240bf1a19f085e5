fn main() {
    nunchi::summary!("app_seconds", "Seconds.", "quantile" => "1").observe(1.0);
}
