use super::*;
use std::{fs, path::PathBuf, time::Duration};
use tempfile::TempDir;

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn from_variables(pairs: &[(&str, &str)]) -> Result<Configuration, Error> {
    load(&Sources { environment: variables(pairs), ..Sources::default() })
}

fn from_flags(flags: &[&str]) -> Result<Configuration, Error> {
    load(&Sources { flags: flags.iter().map(|flag| (*flag).to_owned()).collect(), ..Sources::default() })
}

fn file_with(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("muctieu.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn from_file(text: &str) -> Result<Configuration, Error> {
    let (_folder, path) = file_with(text);
    load(&Sources { file: Some(path), ..Sources::default() })
}

fn value<'a>(configuration: &'a Configuration, key: &str) -> &'a EffectiveValue {
    configuration.values.iter().find(|value| value.key == key).unwrap()
}

#[test]
fn without_any_source_the_defaults_hold() {
    let Configuration { settings, values } = load(&Sources::default()).unwrap();
    assert_eq!(settings.edition, Edition::Embedded);
    assert_eq!(settings.listen.to_string(), "127.0.0.1:50051");
    assert_eq!(settings.metrics_listen.unwrap().to_string(), "127.0.0.1:9464");
    assert_eq!(settings.limits.message_bytes_max, 4 * 1024 * 1024);
    assert_eq!(settings.limits.consistency_wait_max, Duration::from_millis(5_000));
    assert_eq!(settings.poverty_database_url, None);
    assert!(values.iter().all(|value| value.source == Source::Default));
}

#[test]
fn flags_beat_the_environment_which_beats_the_file_which_beats_the_default() {
    let (_folder, path) = file_with(
        "data_dir = 'from-file'\ndrain_seconds = 3\n[limits]\npage_size_max = 11\nbatch_items_max = 12\n",
    );
    let sources = Sources {
        file: Some(path.clone()),
        environment: variables(&[
            ("MUCTIEU_LIMITS_PAGE_SIZE_MAX", "21"),
            ("MUCTIEU_LIMITS_BATCH_ITEMS_MAX", "22"),
            ("HOME", "/root"),
        ]),
        flags: vec!["limits.page_size_max=31".to_owned()],
    };
    let configuration = load(&sources).unwrap();
    let limits = &configuration.settings.limits;
    assert_eq!((limits.page_size_max, limits.batch_items_max), (31, 22));
    assert_eq!(configuration.settings.drain, Duration::from_secs(3));
    assert_eq!(value(&configuration, "limits.page_size_max").source, Source::Flag);
    assert_eq!(
        value(&configuration, "limits.batch_items_max").source,
        Source::Variable("MUCTIEU_LIMITS_BATCH_ITEMS_MAX".to_owned())
    );
    assert_eq!(value(&configuration, "data_dir").source, Source::File(path));
    assert_eq!(value(&configuration, "edition").source, Source::Default);
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_known_one() {
    let meant_everywhere = [
        from_file("[limits]\npage_sise_max = 5\n"),
        from_variables(&[("MUCTIEU_LIMITS_PAGE_SISE_MAX", "5")]),
        from_flags(&["limits.page_sise_max=5"]),
    ];
    for refused in meant_everywhere {
        let message = refused.unwrap_err().to_string();
        assert!(message.contains("unknown setting"), "{message}");
        assert!(message.contains("did you mean 'limits.page_size_max'?"), "{message}");
    }
    let message = from_flags(&["zzzzzzzzzz=5"]).unwrap_err().to_string();
    assert!(message.contains("`muctieu config` prints them all"), "{message}");
}

#[test]
fn variables_of_tests_and_the_name_of_the_file_are_no_settings() {
    assert!(from_variables(&[("MUCTIEU_CONFIG", "a.toml"), ("MUCTIEU_TEST_POSTGRES", "x")]).is_ok());
    assert!(from_variables(&[("MUCTIEU_FAULT", "after_commit:abort")]).is_ok());
    for slip in ["MUCTIEU_CONFIGX", "MUCTIEU_CONFIG_FILE", "MUCTIEU_FAULTS", "MUCTIEU_TESTS"] {
        let refused = from_variables(&[(slip, "x")]);
        assert!(matches!(refused, Err(Error::UnknownKey { .. })), "{slip} gives {refused:?}");
    }
}

#[test]
fn a_value_that_does_not_fit_is_named_with_its_key_its_source_and_the_remedy() {
    let message = from_variables(&[("MUCTIEU_LIMITS_PAGE_SIZE_MAX", "many")]).unwrap_err().to_string();
    assert_eq!(
        message,
        "setting limits.page_size_max: 'many' from environment variable MUCTIEU_LIMITS_PAGE_SIZE_MAX does not fit; \
         give a whole number from 1 to 10000"
    );
    for flag in [
        "edition=both",
        "data_dir=",
        "listen=localhost",
        "metrics_listen=9464",
        "listen_unprotected=yes",
        "limits.page_size_max=0",
        "limits.page_size_max=-1",
        "limits.page_size_max=1.5",
        "nats.url=bus:4222",
        "poverty.database_url=mysql://db/x",
        "web.allowed_origins=*",
        "telemetry.format=xml",
        "telemetry.filter=info,=",
        "drain_seconds=99999999999999999999",
        "limits.request_ms_max=5000",
    ] {
        let refused = from_flags(&[flag]);
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{flag} gives {refused:?}");
    }
}

#[test]
fn a_file_that_is_missing_or_no_toml_is_named_with_the_line_but_never_quoted() {
    let message = from_file("data_dir = 'x'\nnats.url = 'nats://u:hunter2@bus\n").unwrap_err().to_string();
    assert!(message.contains("muctieu.toml") && message.contains("line 2"), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
    let missing = load(&Sources { file: Some("/nowhere/a.toml".into()), ..Sources::default() });
    assert!(missing.unwrap_err().to_string().contains("/nowhere/a.toml"));
    assert!(matches!(from_file("drain_seconds = 1.5"), Err(Error::Kind { .. })));
    assert!(matches!(from_flags(&["listen"]), Err(Error::Flag { .. })));
}

#[test]
fn a_list_in_the_file_is_the_list_of_the_setting() {
    let configuration = from_file("[web]\nallowed_origins = ['https://a.example', 'https://b.example:8443']");
    let origins = configuration.unwrap().settings.web_allowed_origins;
    assert_eq!(origins, ["https://a.example", "https://b.example:8443"]);
}

#[test]
fn a_secret_is_never_shown_by_config_by_an_error_or_by_debug() {
    let configuration = from_variables(&[
        ("MUCTIEU_POVERTY_DATABASE_URL", "postgres://muctieu:hunter2@db:5432/poverty?password=hunter2"),
        ("MUCTIEU_NATS_URL", "nats://hunter2@bus:4222"),
    ])
    .unwrap();
    let shown = [configuration.to_string(), format!("{configuration:?}")];
    for text in shown {
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("muctieu:***@db:5432/poverty"), "{text}");
    }
    let url = configuration.settings.poverty_database_url.unwrap();
    assert!(url.expose().contains("hunter2"), "the program itself gets the whole value");
    let message = from_variables(&[("MUCTIEU_NATS_URL", "hunter2")]).unwrap_err().to_string();
    assert!(!message.contains("hunter2") && message.contains("***"), "{message}");
}

#[test]
fn a_secret_may_stand_in_a_file_of_its_own() {
    let (folder, _) = file_with("");
    let path = folder.path().join("database-url");
    fs::write(&path, "postgres://muctieu:hunter2@db/poverty\n").unwrap();
    let name = path.to_str().unwrap();

    let configuration = from_variables(&[("MUCTIEU_POVERTY_DATABASE_URL_FILE", name)]).unwrap();
    let url = configuration.settings.poverty_database_url.clone().unwrap();
    assert_eq!(url.expose(), "postgres://muctieu:hunter2@db/poverty");
    let shown = value(&configuration, "poverty.database_url");
    assert_eq!(shown.shown, "postgres://muctieu:***@db/poverty");
    assert_eq!(
        shown.source.to_string(),
        format!("file {name}, named by environment variable MUCTIEU_POVERTY_DATABASE_URL_FILE")
    );

    let stronger = from_flags(&[
        &format!("poverty.database_url_file={name}"),
        "progress.database_url=postgres://db/progress",
    ]);
    assert!(stronger.unwrap().settings.poverty_database_url.is_some());
    let both = from_flags(&[&format!("nats.url_file={name}"), "nats.url=nats://bus"]);
    assert!(matches!(both, Err(Error::Twice { key: "nats.url" })), "{both:?}");
    let public = from_flags(&[&format!("listen_file={name}")]);
    assert!(matches!(public, Err(Error::UnknownKey { .. })), "{public:?}");
    fs::write(&path, " \n").unwrap();
    let empty = from_flags(&[&format!("nats.url_file={name}")]);
    assert!(matches!(empty, Err(Error::File { .. })), "{empty:?}");
}

#[test]
fn off_loopback_the_program_listens_only_when_told_so_by_name() {
    for flag in ["listen=0.0.0.0:50051", "metrics_listen=0.0.0.0:9464", "listen=[::]:50051"] {
        let message = from_flags(&[flag]).unwrap_err().to_string();
        assert!(message.contains("without authentication the program listens on loopback only"), "{message}");
        assert!(message.contains("listen_unprotected = true"), "{message}");
        assert!(from_flags(&[flag, "listen_unprotected=true"]).is_ok());
    }
    assert!(from_flags(&["listen=[::1]:50051", "metrics_listen="]).is_ok());
}

#[test]
fn what_config_prints_can_be_read_as_a_settings_file() {
    let (_folder, path) = file_with(&load(&Sources::default()).unwrap().to_string());
    let again = load(&Sources { file: Some(path), ..Sources::default() }).unwrap();
    assert_eq!(again.settings, load(&Sources::default()).unwrap().settings);
}

#[test]
fn every_key_and_variable_is_there_once_and_described() {
    for (at, setting) in SETTINGS.iter().enumerate() {
        assert!(setting.doc.ends_with('.') && !setting.doc.contains('\n'), "{}", setting.key);
        let later = &SETTINGS[at + 1..];
        assert!(later.iter().all(|other| other.variable() != setting.variable()), "{}", setting.key);
    }
}

#[test]
fn a_setting_that_is_needed_and_missing_is_named_with_its_variable() {
    let settings = load(&Sources::default()).unwrap().settings;
    let message = required("nats.url", settings.nats.url.as_ref()).unwrap_err().to_string();
    assert!(message.contains("nats.url") && message.contains("MUCTIEU_NATS_URL"), "{message}");
}
