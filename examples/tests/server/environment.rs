//! Each variable: what it does, and what a value that is not accepted does.

use serde_json::{Value, json};

use crate::child::{ANA_MASKED, ONE_A_BATCH, Process, Server, TWO_A_BATCH, with};
use crate::gateways;

const DATABASES: &str = "sqlite: and the path of a file, postgres://user:password@host/database, or memory:";

/// Every variable that is promised, and the two labels of `SMS_AUTO_REPLY_TEXT_<LABEL>`.
const VARIABLES: &[&str] = &[
    "BIND",
    "DATABASE_URL",
    "CONSOLIDATION_WINDOW",
    "CONSOLIDATION_MODE",
    "CONSOLIDATION_MAX_WAIT",
    "CONSOLIDATION_MAX_MESSAGES",
    "CONSOLIDATION_IN_FLIGHT",
    "SMS_AUTO_REPLY_ENABLED",
    "SMS_AUTO_REPLY_TEXT",
    "SMS_AUTO_REPLY_TEXT_AGREE",
    "SMS_AUTO_REPLY_TEXT_NOT_AGREE",
    "SMS_HELP_TEXT",
    "SMS_KEYWORDS_OFF",
    "SMS_STOP_WORDS",
    "SMS_INFER_OPT_OUT",
    "SMS_OPT_OUT_SCOPE",
    "OPENAI_API_KEY",
    "OPENAI_MODEL",
    "OPENAI_BASE_URL",
    "OPENAI_DIALECT",
    "OPENAI_MAX_MESSAGES",
    "OPENAI_MAX_TEXT_BYTES",
    "SMS_MOBILE_API_KEY",
    "SMS_MOBILE_API_BASE_URL",
    "SMS_MOBILE_API_WEBHOOK_SECRET",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_PHONE_NUMBER",
    "TWILIO_API_BASE_URL",
    "TWILIO_WEBHOOK_URL",
    "SMS_DEFAULT_REGION",
    "ENABLE_AI_SMS_AGENT",
    "AI_SMS_TEST_NUMBER",
    "LOG_FORMAT",
    "LOG_NUMBERS",
    "ADMIN_TOKEN",
    "CRON_SECRET",
    "RUST_LOG",
];

#[test]
fn help_lists_every_variable() {
    for flag in ["--help", "-h"] {
        let (status, lines, errors) = Process::start(&[flag], &[]).end();
        assert_eq!((status.code(), &*errors), (Some(0), ""));
        let is_word = |c: char| c.is_ascii_uppercase() || c == '_';
        let words: Vec<_> = lines.iter().flat_map(|line| line.split(|c| !is_word(c))).collect();
        for name in VARIABLES {
            assert!(words.contains(name), "{name}");
        }
    }
}

#[test]
fn help_names_the_default_that_the_library_has() {
    let (_, lines, _) = Process::start(&["--help"], &[]).end();
    let variable = lines.iter().position(|line| line == "  CONSOLIDATION_MAX_MESSAGES").unwrap();
    assert_eq!(lines[variable + 2], format!("      default: {}", sms_consolidate::DEFAULT_MAX_MESSAGES));
}

#[test]
fn empty_values_count_as_unset() {
    for value in ["", "  "] {
        let set = VARIABLES.iter().filter(|name| !["BIND", "CONSOLIDATION_WINDOW"].contains(*name));
        let set: Vec<_> = set.map(|name| (*name, value)).collect();
        let with_blanks = Server::start(&set);
        let without = Server::start(&[]);
        let settings = |server: Server| {
            let lines = server.stop("TERM");
            lines.into_iter().filter(|line| line.starts_with("  ") && !line.contains("curl")).collect()
        };
        let (with_blanks, without): (Vec<String>, Vec<String>) = (settings(with_blanks), settings(without));
        assert_eq!((with_blanks.len(), &with_blanks), (11, &without));
    }
}

#[test]
fn a_value_that_is_not_accepted_stops_the_start_and_is_not_repeated() {
    let url = "an http or https URL without query";
    let duration = "a duration above 0, up to 24 hours: seconds, or 500ms, 15s, 2m";
    let switch = "1, true or yes; 0, false or no";
    let cases: &[(&str, &str, &str)] = &[
        ("BIND", "localhost", "an address and port to listen on"),
        ("BIND", "127.0.0.1:99999", "an address and port to listen on"),
        ("DATABASE_URL", "wrong.db", DATABASES),
        ("DATABASE_URL", "sqlite:", DATABASES),
        ("DATABASE_URL", "sqlite::memory:", DATABASES),
        ("DATABASE_URL", "mysql://user:wrong@host/db", DATABASES),
        ("CONSOLIDATION_WINDOW", "wrong", duration),
        ("CONSOLIDATION_WINDOW", "-1", duration),
        ("CONSOLIDATION_WINDOW", "0", duration),
        ("CONSOLIDATION_WINDOW", "0ms", duration),
        ("CONSOLIDATION_WINDOW", "1.5s", duration),
        ("CONSOLIDATION_WINDOW", "2h", duration),
        ("CONSOLIDATION_WINDOW", "1441m", duration),
        ("CONSOLIDATION_WINDOW", "99999999999999999999", duration),
        ("CONSOLIDATION_WINDOW", "9999999999999999999m", duration),
        ("CONSOLIDATION_MODE", "wrong", "fixed, sliding or aligned"),
        ("CONSOLIDATION_MAX_WAIT", "wrong", "a duration, at least CONSOLIDATION_WINDOW"),
        ("CONSOLIDATION_MAX_WAIT", "59s", "a duration, at least CONSOLIDATION_WINDOW"),
        ("CONSOLIDATION_MAX_MESSAGES", "0", "a number from 1"),
        ("CONSOLIDATION_MAX_MESSAGES", "wrong", "a number from 1"),
        ("CONSOLIDATION_IN_FLIGHT", "wrong", "queue or supersede"),
        ("SMS_AUTO_REPLY_ENABLED", "wrong", switch),
        ("SMS_KEYWORDS_OFF", "wrong", "of CANCEL, END, HELP"),
        ("SMS_KEYWORDS_OFF", "cancel,,wrong", "of CANCEL, END, HELP"),
        ("SMS_STOP_WORDS", "unstop", "more words that opt out"),
        ("SMS_STOP_WORDS", "wrong,!!", "more words that opt out"),
        ("SMS_AUTO_REPLY_TEXT_MAYBE", "wrong", "AGREE or NOT_AGREE"),
        ("ENABLE_AI_SMS_AGENT", "wrong", switch),
        ("AI_SMS_TEST_NUMBER", "+12", "a number or device of ours"),
        ("LOG_FORMAT", "wrong", "pretty, json or classic"),
        ("LOG_NUMBERS", "wrong", "masked or full"),
        ("RUST_LOG", "sms=wrong", "directives of tracing-subscriber"),
        ("OPENAI_BASE_URL", "wrong", url),
        ("OPENAI_BASE_URL", "https://host/v1?key=wrong", url),
        ("OPENAI_DIALECT", "wrong", "takes: openai, anthropic, cerebras, deepseek, "),
        ("OPENAI_DIALECT", "Mistral-wrong", "mistral, ollama, openrouter, "),
        ("OPENAI_MAX_MESSAGES", "0", "a number from 1"),
        ("OPENAI_MAX_TEXT_BYTES", "wrong", "a number from 1"),
        ("SMS_MOBILE_API_BASE_URL", "ftp://wrong", url),
        ("SMS_DEFAULT_REGION", "wrong", "two letters of ISO 3166-1"),
        ("TWILIO_ACCOUNT_SID", "wrong", "the account's SID (AC and letters or digits)"),
        ("TWILIO_ACCOUNT_SID", "AC/../wrong", "the account's SID (AC and letters or digits)"),
        ("TWILIO_PHONE_NUMBER", "wrong", "a number of ours at Twilio, with its plus sign"),
        ("TWILIO_PHONE_NUMBER", "54321", "a number of ours at Twilio, with its plus sign"),
        ("TWILIO_PHONE_NUMBER", "+wrong", "a number of ours at Twilio, with its plus sign"),
        ("TWILIO_API_BASE_URL", "wrong", url),
    ];
    for (name, value, accepts) in cases {
        let environment = [("BIND", "127.0.0.1:0"), ("ADMIN_TOKEN", "admin-sesame"), (name, value)];
        let (status, lines, errors) = Process::start(&[], &environment).end();
        assert_eq!(status.code(), Some(1), "{name}={value}: {lines:#?}");
        assert!(errors.starts_with("server: ") && errors.contains(name), "{name}={value}: {errors}");
        assert!(errors.contains(accepts), "{name}={value}: {errors}");
        assert!(!errors.contains("wrong") && !errors.contains("sesame"), "{name}={value}: {errors}");
        assert!(with(&lines, "Listening").is_empty(), "{name}={value}: {lines:#?}");
    }
}

/// What the builders of clients find wrong, and the format of a variable does not show.
#[test]
fn of_several_variables_the_one_that_is_wrong_is_named() {
    let openai: &[_] = &[("OPENAI_API_KEY", "sk-sesame"), ("OPENAI_MODEL", "a-model")];
    let gateway: &[_] = &[("SMS_MOBILE_API_KEY", "key-sesame"), ("SMS_AUTO_REPLY_ENABLED", "yes")];
    for (others, name, value) in [
        (openai, "OPENAI_BASE_URL", "https://user:word-sesame@host/v1"),
        (openai, "OPENAI_API_KEY", "sk-sesame\n-and-more"),
        (gateway, "SMS_MOBILE_API_BASE_URL", "https://user:word-sesame@host"),
        (gateways::TWILIO, "TWILIO_API_BASE_URL", "https://user:word-sesame@host"),
        (gateways::TWILIO, "TWILIO_WEBHOOK_URL", "/api/word-sesame"),
        (gateways::TWILIO, "TWILIO_WEBHOOK_URL", "ftp://host/word-sesame"),
    ] {
        let bind = [("BIND", "127.0.0.1:0"), ("DATABASE_URL", "memory:")];
        let environment = [&bind[..], others, &[(name, value)]].concat();
        let (status, lines, errors) = Process::start(&[], &environment).end();
        assert_eq!(status.code(), Some(1), "{name}: {lines:#?}");
        assert!(errors.starts_with(&format!("server: {name}: ")), "{errors}");
        let named: Vec<_> = VARIABLES.iter().filter(|variable| errors.contains(*variable)).collect();
        assert_eq!(named, [&name], "{errors}");
        assert!(!errors.contains("sesame"), "{errors}");
    }
}

#[test]
fn a_variable_that_is_no_setting_is_named_with_the_nearest_one() {
    for (name, nearest) in [
        ("CONSOLIDATION_WINDOWS", "CONSOLIDATION_WINDOW"),
        ("CONSOLIDATION_MAXMESSAGES", "CONSOLIDATION_MAX_MESSAGES"),
        ("SMS_AUTO_REPLY_ENABLE", "SMS_AUTO_REPLY_ENABLED"),
        ("SMS_MOBILE_API_BASEURL", "SMS_MOBILE_API_BASE_URL"),
        ("TWILIO_FROM_NUMBER", "TWILIO_PHONE_NUMBER"),
    ] {
        let mut server = Server::start(&[(name, "word-sesame"), ("DATABASE_URL", "memory:")]);
        let line = server.line("is no setting");
        let warning = format!("{name} is no setting and has no effect; the nearest is {nearest},");
        assert!(line.contains("WARN") && line.contains(&warning), "{line}");
        let lines = server.stop("TERM");
        assert!(with(&lines, "sesame").is_empty(), "{lines:#?}");
    }
}

#[test]
fn a_setting_that_is_nothing_without_another_says_so() {
    let url = "http://127.0.0.1:1";
    let settings = [
        ("CONSOLIDATION_MAX_WAIT", "120m", "CONSOLIDATION_MODE"),
        ("OPENAI_MODEL", "gpt-4o", "OPENAI_API_KEY"),
        ("OPENAI_BASE_URL", url, "OPENAI_API_KEY"),
        ("OPENAI_DIALECT", "mistral", "OPENAI_API_KEY"),
        ("OPENAI_MAX_MESSAGES", "9", "OPENAI_API_KEY"),
        ("OPENAI_MAX_TEXT_BYTES", "9", "OPENAI_API_KEY"),
        ("SMS_MOBILE_API_BASE_URL", url, "SMS_MOBILE_API_KEY"),
        ("TWILIO_API_BASE_URL", url, "TWILIO_ACCOUNT_SID"),
    ];
    let mut environment = settings.map(|(name, value, _)| (name, value)).to_vec();
    environment.push(("DATABASE_URL", "memory:"));
    let lines = Server::start(&environment).stop("TERM");
    for (name, _, needs) in settings {
        let warning = format!("{name} has no effect without {needs}");
        assert!(with(&lines, &warning).concat().contains("WARN"), "{warning:?} in {lines:#?}");
    }
    assert_eq!(with(&lines, "has no effect").len(), settings.len(), "{lines:#?}");
}

#[test]
fn who_asks_for_a_store_in_memory_needs_no_warning() {
    let mut server = Server::start(&[("DATABASE_URL", "memory:")]);
    let line = server.line("the store is in memory");
    assert!(!line.contains("WARN"), "{line}");
    server.stop("TERM");
}

#[test]
fn a_disabled_agent_stores_and_batches_and_answers_nothing() {
    let mut server = Server::start(&[
        ONE_A_BATCH,
        ("ENABLE_AI_SMS_AGENT", "false"),
        ("SMS_AUTO_REPLY_ENABLED", "yes"),
        ("OPENAI_API_KEY", "sk-sesame"),
    ]);
    server.text("1", "Yes");
    assert!(server.line("AUTO-REPLY SKIPPED").contains("auto-reply is off"));
    let lines = server.stop("TERM");
    assert!(with(&lines, "REPLY | ").is_empty(), "{lines:#?}");
    assert_eq!(with(&lines, "BATCH RECEIVED").len(), 1);
    assert_eq!(with(&lines, "  classifier "), ["  classifier rules"]);
}

#[test]
fn help_is_answered_and_a_stop_is_confirmed() {
    let help = "Acme Dental, 555-0100. Reply STOP to end.";
    let mut server = Server::start(&[("SMS_HELP_TEXT", help)]);
    for (guid, text, reply) in [
        ("1", "HELP", help),
        ("2", "STOP", "You are unsubscribed and will get no more messages. Reply START to resubscribe."),
    ] {
        server.text(guid, text);
        assert_eq!(server.line("REPLY | "), format!(r#"REPLY | To: {ANA_MASKED} | "{reply}""#));
    }
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "  opt-out "), ["  opt-out    STOP, START and HELP are answered"]);
}

#[test]
fn help_is_not_answered_without_a_text_that_says_who_we_are() {
    let mut server = Server::start(&[]);
    server.text("1", "HELP");
    server.text("2", "STOP");
    let confirmed = "You are unsubscribed and will get no more messages. Reply START to resubscribe.";
    assert_eq!(server.line("REPLY | "), format!(r#"REPLY | To: {ANA_MASKED} | "{confirmed}""#));
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "REPLY | To:").len(), 1, "{lines:#?}");
    let settings = ["  opt-out    STOP and START are answered; HELP needs SMS_HELP_TEXT"];
    assert_eq!(with(&lines, "  opt-out "), settings);
}

/// A message to one of our lines.
fn to_line(guid: &str, line: &str) -> Value {
    let data = json!({"guid": guid, "from": "+639281112222", "message": "Yes", "device_id": line});
    json!({"type": "sms.received", "data": data})
}

#[test]
fn with_a_test_number_only_that_line_answers() {
    let mut server = Server::start(&[ONE_A_BATCH, ("AI_SMS_TEST_NUMBER", "office-phone-1")]);
    server.post(&to_line("1", "office-phone-2"));
    server.line("AUTO-REPLY SKIPPED");
    server.post(&to_line("2", "office-phone-1"));
    server.line("REPLY | ");
    server.text("3", "Yes");
    assert!(
        server.line("AUTO-REPLY SKIPPED").contains("auto-reply is off"),
        "a legacy webhook names no line"
    );
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "REPLY | ").len(), 1, "{lines:#?}");
}

#[test]
fn national_numbers_and_the_test_number_are_read_by_the_region() {
    let mut server =
        Server::start(&[TWO_A_BATCH, ("SMS_DEFAULT_REGION", "ph"), ("AI_SMS_TEST_NUMBER", "0917 123 4567")]);
    for (guid, number, line) in
        [("1", "09281112222", "+639171234567"), ("2", "+639281112222", "0917-123-4567")]
    {
        let data = json!({"guid": guid, "from": number, "message": "Yes", "device_id": line});
        server.post(&json!({"type": "sms.received", "data": data}));
    }
    let reply = server.line("REPLY | ");
    assert!(reply.contains(ANA_MASKED), "{reply}");
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "BATCH RECEIVED").len(), 1, "{lines:#?}");
    assert_eq!(with(&lines, "  numbers "), ["  numbers    of PH"]);
}

#[test]
fn a_text_of_a_label_wins_over_the_one_for_all() {
    let both = [("SMS_AUTO_REPLY_TEXT", "Noted."), ("SMS_AUTO_REPLY_TEXT_AGREE", "See you!")];
    let only_one = [("SMS_AUTO_REPLY_TEXT_NOT_AGREE", "What a pity.")];
    let check = |environment: &[(&str, &str)], yes: &str, no: &str| {
        let mut server = Server::start(&[environment, &[ONE_A_BATCH]].concat());
        for (guid, text, reply) in [("1", "Yes", yes), ("2", "No", no)] {
            server.text(guid, text);
            assert_eq!(server.line("REPLY | "), format!(r#"REPLY | To: {ANA_MASKED} | "{reply}""#));
        }
        server.stop("TERM");
    };
    check(&both, "See you!", "Noted.");
    check(&only_one, "Thanks for confirming! See you soon.", "What a pity.");
}

const ADMIN: (&str, &str) = ("ADMIN_TOKEN", "admin-sesame");

/// The newest batch on the status page.
fn newest(server: &Server) -> Value {
    let bearer = "Authorization: Bearer admin-sesame\r\n";
    let (status, mut page) = server.call("GET", "/api/debug/sms-batch-status", bearer, "");
    assert_eq!(status, 200);
    page["recent"][0].take()
}

#[test]
fn a_sliding_window_starts_anew_with_each_message() {
    let mut server = Server::start(&[
        ("CONSOLIDATION_MODE", "sliding"),
        ("CONSOLIDATION_WINDOW", "2m"),
        ("CONSOLIDATION_MAX_WAIT", "20m"),
        ("LOG_FORMAT", "json"),
    ]);
    for guid in ["1", "2", "3"] {
        server.text(guid, "Yes");
    }
    for total in [2, 3] {
        let update: Value = serde_json::from_str(&server.line("CONSOLIDATION UPDATE")).unwrap();
        assert_eq!((&update["total"], &update["window_ms"]), (&json!(total), &json!(120_000)));
    }
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "sliding, 120s, at most 1200s").len(), 1, "{lines:#?}");
}

#[test]
fn an_aligned_window_ends_a_grace_after_a_slot_of_the_clock() {
    let server = Server::start(&[
        ("CONSOLIDATION_MODE", "aligned"),
        ("CONSOLIDATION_WINDOW", "10m"),
        ("CONSOLIDATION_MAX_WAIT", "607s"),
        ADMIN,
    ]);
    server.text("1", "Yes");
    let batch = newest(&server);
    let due = batch["dueAt"].as_str().unwrap();
    assert!(due.ends_with("0:07.000Z"), "{due}");
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "  window "), ["  window     aligned to 600s, grace 7s"]);
}

#[test]
fn tokens_mount_the_status_page_and_the_schedulers_call() {
    let server = Server::start(&[ADMIN, ("CRON_SECRET", "cron-sesame"), ("LOG_NUMBERS", "full")]);
    server.text("1", "Yes");
    assert_eq!(newest(&server)["sender"], "+639281112222");
    let (status, done) =
        server.call("GET", "/api/cron/process-sms-batches", "Authorization: Bearer cron-sesame\r\n", "");
    assert_eq!((status, &done["success"]), (200, &json!(true)));
    assert_eq!(server.call("GET", "/api/cron/process-sms-batches", "", "").0, 401);
    let lines = server.stop("TERM");
    assert!(with(&lines, "sesame").is_empty(), "{lines:#?}");
}

#[test]
fn the_keywords_can_be_edited_and_wishes_left_to_the_classifier() {
    let settings =
        [("SMS_KEYWORDS_OFF", "cancel, End"), ("SMS_STOP_WORDS", "ARRET"), ("SMS_INFER_OPT_OUT", "no")];
    let mut server = Server::start(&settings);
    for (guid, text) in [("1", "Cancel"), ("2", "please stop texting me"), ("3", "Arrêt!")] {
        server.text(guid, text);
    }
    assert!(server.line("OPTED OUT").contains("keyword"));
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "OPTED OUT").len(), 1, "{lines:#?}");
}

#[test]
fn a_wish_in_a_sentence_opts_out_and_the_log_says_why() {
    let mut server = Server::start(&[("SMS_AUTO_REPLY_ENABLED", "no")]);
    server.text("1", "please stop texting me");
    assert!(server.line("OPTED OUT").contains("inferred"));
    let confirmed = "You are unsubscribed and will get no more messages. Reply START to resubscribe.";
    assert_eq!(server.line("REPLY | "), format!(r#"REPLY | To: {ANA_MASKED} | "{confirmed}""#));
    let lines = server.stop("TERM");
    assert_eq!(
        with(&lines, "  opt-out "),
        ["  opt-out    STOP and START are honoured; only STOP is answered"]
    );
}

#[test]
fn a_stop_on_one_line_holds_on_all_if_the_scope_is_the_sender() {
    for (scope, replies) in [("sender", 1), ("conversation", 2)] {
        let mut server = Server::start(&[ONE_A_BATCH, ("SMS_OPT_OUT_SCOPE", scope)]);
        let mut stop = to_line("1", "office-phone-1");
        stop["data"]["message"] = json!("STOP");
        server.post(&stop);
        server.line("REPLY | ");
        // Not a YES, which would be a start.
        let mut text = to_line("2", "office-phone-2");
        text["data"]["message"] = json!("I can help");
        server.post(&text);
        let end = if replies == 1 { "AUTO-REPLY SKIPPED" } else { "REPLY | " };
        server.line(end);
        let lines = server.stop("TERM");
        assert_eq!(with(&lines, "REPLY | ").len(), replies, "{scope}: {lines:#?}");
    }
}

#[test]
fn the_key_of_another_service_is_not_sent_to_openai() {
    let settings = [("OPENAI_API_KEY", "key"), ("OPENAI_DIALECT", "mistral")];
    let (status, _, errors) = Process::start(&[], &settings).end();
    assert!(!status.success());
    assert!(errors.contains("OPENAI_BASE_URL must be set too"), "{errors}");
}
