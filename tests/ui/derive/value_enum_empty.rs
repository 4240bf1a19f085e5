#[derive(nunchi::LabelValue)]
enum Method {}

fn main() {}
