fn main() {
    nunchi::counter!().inc();
}
