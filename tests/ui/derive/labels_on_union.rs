#[derive(nunchi::Labels)]
union Route {
    code: u16,
    port: u16,
}

fn main() {}
