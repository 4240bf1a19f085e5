#[derive(nunchi::Labels)]
#[label(rename = "route")]
struct Route {
    #[label(name = "code")]
    status: u16,
    #[label(rename_all = "camelCase")]
    method: String,
}

fn main() {}
