#[derive(nunchi::LabelValue)]
enum Method {
    #[label(rename = "")]
    Get,
    __,
}

fn main() {}
