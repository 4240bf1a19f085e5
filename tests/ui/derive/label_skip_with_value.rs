#[derive(nunchi::Labels)]
struct Route {
    code: u16,
    #[label(skip = true)]
    note: String,
}

fn main() {}
