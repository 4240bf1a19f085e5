#[derive(nunchi::LabelValue)]
enum Method {
    Get,
    Other(String),
    Custom { name: String },
    Empty(),
}

fn main() {}
