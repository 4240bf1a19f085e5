#[derive(nunchi::Labels)]
struct Route {
    code: u16,
    #[label(skip, rename = "remark")]
    note: String,
}

fn main() {}
