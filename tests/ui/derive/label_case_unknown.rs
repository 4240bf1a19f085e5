#[derive(nunchi::Labels)]
#[label(rename_all = "snakecase")]
struct Route {
    code: u16,
}

#[derive(nunchi::LabelValue)]
#[label(rename_all = "Kebab-Case")]
enum Method {
    Get,
}

fn main() {}
