#[derive(nunchi::Labels)]
#[label(rename_all = "kebab-case")]
struct Route {
    status_code: u16,
}

fn main() {}
