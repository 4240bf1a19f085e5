#[derive(nunchi::LabelValue)]
union Code {
    short: u16,
    long: u32,
}

fn main() {}
