#[derive(nunchi::Labels)]
struct Route {
    #[label]
    code: u16,
    #[label = "verb"]
    method: String,
    #[label("where")]
    path: String,
}

fn main() {}
