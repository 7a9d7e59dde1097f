//! Builds this crate anew when the console was built anew: a release has its files in the binary.

use std::path::Path;

const CONSOLE: &str = "../../console";

fn main() {
    let built = format!("{CONSOLE}/dist");
    println!("cargo:rerun-if-changed=build.rs");
    // A path that is not there would build this crate anew every time.
    if let Some(watched) = [built.as_str(), CONSOLE].into_iter().find(|path| Path::new(path).is_dir()) {
        println!("cargo:rerun-if-changed={watched}");
    }
}
