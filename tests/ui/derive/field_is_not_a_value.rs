struct Player;

#[derive(nunchi::Labels)]
struct Move {
    player: Player,
}

#[derive(nunchi::LabelValue)]
struct Winner(Player);

fn main() {}
