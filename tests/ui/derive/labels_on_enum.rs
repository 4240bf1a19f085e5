#[derive(nunchi::Labels)]
enum Route {
    Home,
    Game,
}

fn main() {}
