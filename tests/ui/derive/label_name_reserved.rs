#[derive(nunchi::Labels)]
struct Route {
    _hidden: u16,
    #[label(rename = "__name__")]
    name: String,
}

fn main() {}
