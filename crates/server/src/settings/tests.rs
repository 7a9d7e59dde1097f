use clap::Parser;

use super::file::parse;
use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    flags: Flags,
}

fn flags(arguments: &[&str]) -> Given {
    Line::try_parse_from(std::iter::once("dwell").chain(arguments.iter().copied())).unwrap().flags.given
}

fn settings(text: &str) -> Settings {
    Settings::of(parse(text).unwrap()).unwrap()
}

fn refusal(text: &str) -> String {
    Settings::of(parse(text).unwrap()).unwrap_err().to_string()
}

#[test]
fn the_default_file_says_what_the_defaults_are() {
    assert_eq!(settings(DEFAULT_FILE).to_string(), settings("").to_string());
}

#[test]
fn the_default_file_names_every_setting() {
    // What is commented out there has no default; with it the whole is a file as well.
    let setting = |line: &'static str| {
        let line = line.strip_prefix("# ").unwrap_or(line);
        let name = line.split(" = ").next().filter(|name| *name != line)?;
        name.chars().all(|c| c.is_ascii_lowercase() || c == '_').then_some(line)
    };
    let all: Vec<_> = DEFAULT_FILE.lines().filter_map(setting).collect();
    let all = all.join("\n");
    let given = format!("{:?}", parse(&all).unwrap());
    assert!(!given.contains("None"), "{given}");
}

#[test]
fn the_documentation_has_every_setting_with_its_default() {
    let page = include_str!("../../../../docs/configuration.md");
    for line in settings("").to_string().lines() {
        let (name, default) = line.split_once(" = ").unwrap();
        let row = page.lines().find(|row| row.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("{name} is not documented"));
        let special = matches!(name, "key_file" | "media_store" | "trusted_proxies");
        assert!(special || row.contains(&format!("`{}` |", default.trim_matches('"'))), "{name} = {default}: {row}");
    }
    assert!(page.contains("| `public_base_url` |"));
    assert!(page.contains("| `webhook_networks_allowed` |"));
}

#[test]
fn what_is_shown_can_be_read_again() {
    let shown = settings("public_base_url = 'https://a.example/x/'\ntrusted_proxies = ['::1', '10.0.0.1']\nwebhook_networks_allowed = ['10.1.0.0/16']").to_string();
    assert!(shown.contains("public_base_url = \"https://a.example/x\"\n"), "{shown}");
    assert_eq!(settings(&shown).to_string(), shown);
    let openid =
        "openid_issuer = \"http://localhost:1\"\nopenid_client_id = \"d\"\nopenid_client_secret_file = \"f\"\n";
    let shown = settings(openid).to_string();
    assert!(shown.contains(openid) && shown.contains("openid_name = \"OpenID Connect\"\n"), "{shown}");
    assert_eq!(settings(&shown).to_string(), shown);
}

#[test]
fn a_flag_counts_more_than_the_file() {
    let file = parse("listen = '127.0.0.1:1'\ndrain_seconds = 7\nmetrics_listen = 'off'").unwrap();
    let given = flags(&["--listen", "[::1]:2", "--trusted-proxies", "10.0.0.1,10.0.0.2"]).or(file);
    let settings = Settings::of(given).unwrap();
    assert_eq!(settings.listen.to_string(), "[::1]:2");
    assert_eq!(settings.drain_seconds, 7);
    assert_eq!(settings.metrics_listen, MetricsListen::Off);
    assert_eq!(settings.trusted_proxies.len(), 2);
}

#[test]
fn the_key_file_is_beside_the_database() {
    for (database, key_file) in [
        ("sqlite:./dwell-data/dwell.db", "./dwell-data/secret.key"),
        ("sqlite:/var/lib/dwell/d.db", "/var/lib/dwell/secret.key"),
        ("sqlite:d.db", "secret.key"),
        ("postgres://host/db", "./dwell-data/secret.key"),
    ] {
        let settings = settings(&format!("database = '{database}'"));
        assert_eq!(settings.key_file, Path::new(key_file), "{database}");
    }
    assert_eq!(settings("key_file = '/etc/k'").key_file, Path::new("/etc/k"));
}

#[test]
fn refusals_name_the_line_or_the_setting() {
    for (text, said) in [
        ("\nlisten = 8080", "2: invalid type: integer `8080`, expected a string"),
        ("listen = 'here'", "1: invalid socket address syntax"),
        ("database = 'mysql://x'", "1: a database is"),
        ("drain_seconds = 1\n\nlsiten = ''", "3: unknown field `lsiten`, expected one of"),
        ("log_format = 'xml'", "1: unknown variant `xml`, expected `pretty` or `json`"),
        ("listen = ", "1: "),
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.starts_with(said), "{text}: {error}");
    }
    for (text, said) in [
        ("body_bytes_max = 5", "body_bytes_max is 5; it must be between 1024 and 67108864"),
        ("store_reader_threads = 0", "store_reader_threads is 0; it must be between 1 and 64"),
        ("public_base_url = 'ftp://x'", "public_base_url `ftp://x`: it must begin with http:// or https://"),
        ("public_base_url = 'http://x/?a'", "public_base_url `http://x/?a`: it must be a scheme"),
        ("openid_issuer = 'https://login.example'", "openid_issuer and openid_client_id: give both or none"),
        ("openid_name = 'x'", "openid_issuer and openid_client_id: give both or none"),
        ("openid_issuer = 'http://x'\nopenid_client_id = 'd'", "openid_issuer `http://x`: it must begin with https://"),
        ("log_level = 'a=b=c'", "log_level `a=b=c`: "),
    ] {
        let error = refusal(text);
        assert!(error.starts_with(said), "{text}: {error}");
    }
}
