#[derive(nunchi::Labels)]
struct Route(u16, String);

fn main() {}
