#[derive(nunchi::Labels)]
struct Route {
    #[label(rename = "5xx")]
    failed: bool,
}

fn main() {}
