#[derive(nunchi::Labels)]
struct Route {
    #[label(rename = "code", rename = "status")]
    code: u16,
    #[label(skip)]
    #[label(skip)]
    note: String,
}

fn main() {}
