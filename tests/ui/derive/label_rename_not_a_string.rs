#[derive(nunchi::Labels)]
struct Route {
    #[label(rename = 200)]
    code: u16,
    #[label(rename = method)]
    verb: String,
    #[label(rename)]
    path: String,
    #[label(rename("user"))]
    name: String,
}

fn main() {}
