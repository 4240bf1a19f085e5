#[derive(nunchi::Labels)]
struct Route<'a, 'b> {
    method: &'a str,
    path: &'b str,
}

fn main() {}
