#[derive(nunchi::Labels)]
struct Route {
    #[label(rename = "status-code")]
    status: u16,
    größe: u16,
}

fn main() {}
