#[derive(nunchi::Labels)]
struct Route {
    #[label(rename = "")]
    code: u16,
}

fn main() {}
