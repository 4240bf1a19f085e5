#[derive(nunchi::LabelValue)]
struct Code {
    code: u16,
}

#[derive(nunchi::LabelValue)]
struct Pair(u16, u16);

#[derive(nunchi::LabelValue)]
struct Nothing;

fn main() {}
