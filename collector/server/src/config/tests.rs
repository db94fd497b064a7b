use super::*;

/// What `vigie serve` cannot do without.
const KEYS: [(&str, &str); 3] =
    [("VIGIE_PUBLIC_KEY", "public"), ("VIGIE_SERVER_KEY", "server"), ("VIGIE_ADMIN_TOKEN", "admin")];

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn read(file: &str, variables: &[(&str, &str)], mode: Mode) -> Result<Config, Vec<String>> {
    let mut environment = environment(&KEYS);
    environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Config::read(Some(("vigie.toml".to_owned(), file)), &environment, mode)
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
}

#[test]
fn nothing_set_is_the_contracts_defaults() {
    let config = read("", &[], Mode::Earnest).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8787");
    assert_eq!(config.data, PathBuf::from("./vigie-data"));
    assert_eq!(config.rate_per_address, Some(Rate { per_second: 50, burst: 3_000 }));
    assert_eq!(config.rate_per_key, Some(Rate { per_second: 1_000, burst: 1_000 }));
    assert_eq!(config.language, Language::French);
    assert_eq!(config.thresholds, Thresholds::default());
    assert!(config.audience().channels.is_empty());
}

#[test]
fn only_serving_in_earnest_needs_keys() {
    let nothing = Environment::new();
    let missing: Vec<String> =
        Config::read(None, &nothing, Mode::Earnest).unwrap_err().into_iter().map(|one| one.place).collect();
    assert_eq!(missing, ["VIGIE_PUBLIC_KEY", "VIGIE_SERVER_KEY", "VIGIE_ADMIN_TOKEN"]);
    assert!(Config::read(None, &nothing, Mode::Dev).is_ok() && Config::read(None, &nothing, Mode::Reading).is_ok());
}

#[test]
fn the_environment_goes_before_the_file_and_an_empty_variable_is_none() {
    let file = "site = \"the file's\"\nlanguage = \"en\"\npublic_key = [\"one\", \"two\"]\nrate_per_key = 7\n";
    let variables = [
        ("VIGIE_PUBLIC_KEY", ""),
        ("VIGIE_SITE", "the environment's"),
        ("VIGIE_LANGUAGE", " "),
        ("VIGIE_SERVER_KEY", "a, b,"),
    ];
    let config = read(file, &variables, Mode::Earnest).unwrap();
    assert_eq!((config.site.as_str(), config.language), ("the environment's", Language::English));
    assert_eq!((config.public_keys.0.len(), config.server_keys.0.len()), (2, 2));
    assert_eq!(config.rate_per_key, Some(Rate { per_second: 7, burst: 7 }));
}

#[test]
fn every_mistake_is_reported_at_once_and_says_what_is_expected() {
    let file = r#"
        lisen = "0.0.0.0:80"
        site = 12
        rate_per_address = "many"
        trusted_proxies = ["10.0.0.0/8", "the proxy"]
        admin_token = "same-text"
        [checks."signup.form-drop-off"]
        lost_percent = 101
        starts_mn = 3
        [checks."signup.form-dropoff"]
        lost_percent = 10
    "#;
    let variables = [
        ("VIGIE_LISTEN", "8787"),
        ("VIGIE_STORE", "firestore"),
        ("VIGIE_ORIGINS", "https://shop.example,shop.example,*"),
        ("VIGIE_LANGUAGE", "de"),
        ("VIGIE_RATE_PER_KEY", "-1"),
        ("VIGIE_PUBLIC_KEY", "same-text"),
        ("VIGIE_ADMIN_TOKEN", ""), // the file's counts
        ("VIGIE_SERVER_KEY", " , "),
        ("VIGIE_ORIGIN", "https://shop.example"),
        ("SLACK_WEBHOOK_URL", "hooks.example/T0/SECRET"),
        ("PATH", "/usr/bin"),
    ];
    let mistakes = read(file, &variables, Mode::Earnest).unwrap_err();
    insta::assert_snapshot!(mistakes.join("\n"));
}

#[test]
fn a_file_that_is_no_toml_names_its_line_and_the_environment_is_judged_too() {
    let mistakes =
        read("site = \"x\"\nadmin_token = SECRET\n", &[("VIGIE_LANGUAGE", "de")], Mode::Earnest).unwrap_err();
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    assert!(mistakes[0].starts_with("vigie.toml: line 2 is no TOML: "), "{mistakes:?}");
    assert!(!mistakes[0].contains("SECRET"), "{mistakes:?}");
}

#[test]
fn an_empty_key_or_token_is_none() {
    let mistakes =
        read("server_key = [\"\", \" \"]", &[("VIGIE_SERVER_KEY", ""), ("VIGIE_ADMIN_TOKEN", "manon:")], Mode::Earnest);
    let mistakes = mistakes.unwrap_err();
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    assert!(mistakes[0].starts_with("VIGIE_ADMIN_TOKEN: manon bears a name and no token"), "{mistakes:?}");
    assert!(mistakes[1].starts_with("VIGIE_SERVER_KEY: is missing"), "{mistakes:?}");
}

#[test]
fn what_nothing_reads_yet_is_taken_and_named() {
    let config =
        read("twilio_from = \"+33…\"", &[("SENTRY_DSN", "https://k@sentry.example/1")], Mode::Earnest).unwrap();
    assert_eq!(config.not_used_yet, ["TWILIO_FROM", "SENTRY_DSN"]);
}

#[test]
fn a_hosts_port_listens_on_all_addresses_but_in_dev() {
    for (file, variables, mode, listen) in [
        ("listen = \"127.0.0.1:9\"", vec![("PORT", "8080")], Mode::Earnest, "0.0.0.0:8080"),
        ("", vec![("PORT", "8080")], Mode::Dev, "127.0.0.1:8080"),
        ("", vec![("PORT", "8080"), ("VIGIE_LISTEN", "localhost:9000")], Mode::Earnest, "127.0.0.1:9000"),
        ("", vec![("VIGIE_LISTEN", "[::1]:9000")], Mode::Dev, "[::1]:9000"),
    ] {
        assert_eq!(read(file, &variables, mode).unwrap().listen.to_string(), listen);
    }
    let mistakes = read("", &[("VIGIE_LISTEN", "0.0.0.0:8787")], Mode::Dev).unwrap_err();
    assert!(mistakes[0].contains("with --dev"), "{mistakes:?}");
}

#[test]
fn the_shop_is_called_by_its_first_origin_where_it_has_no_name() {
    let origins = [("VIGIE_ORIGINS", "https://www.sos-expat.com, https://staging.sos-expat.com")];
    assert_eq!(read("", &origins, Mode::Earnest).unwrap().site, "www.sos-expat.com");
}

#[test]
fn no_secret_is_printed() {
    let variables = [
        ("VIGIE_PUBLIC_KEY", "hush-1"),
        ("VIGIE_SERVER_KEY", "hush-2"),
        ("VIGIE_ADMIN_TOKEN", "manon:hush-3"),
        ("VIGIE_VIEWER_TOKEN", "hush-4"),
        ("SLACK_WEBHOOK_URL", "https://hooks.example/hush-5"),
    ];
    let printed = format!("{:?}", read("", &variables, Mode::Earnest).unwrap());
    assert!(!printed.contains("hush") && printed.contains("manon"), "{printed}");
}
