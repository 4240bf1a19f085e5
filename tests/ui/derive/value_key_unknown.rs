#[derive(nunchi::LabelValue)]
#[label(rename = "method")]
enum Method {
    #[label(skip)]
    Get,
}

#[derive(nunchi::LabelValue)]
#[label(rename_all = "lowercase")]
struct Code(#[label(rename = "code")] u16);

fn main() {}
