fn main() {
    nunchi::gauge!(u8, "app_jobs", "Jobs.").set(1);
}
