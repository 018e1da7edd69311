//! Values as they may be shown.

use super::{Setting, Visibility};

const HIDDEN: &str = "***";

/// The value without what is secret in it.
pub(super) fn shown(setting: &Setting, value: &str) -> String {
    match (setting.visibility, url_without_password(value)) {
        (_, Some(url)) => url,
        (Visibility::Secret, None) if !value.is_empty() => HIDDEN.to_owned(),
        (_, None) => value.to_owned(),
    }
}

/// `None` where the value is no URL. User information without a password may be a token, so it is hidden as well; so is
/// everything after the path, where drivers accept passwords too.
fn url_without_password(value: &str) -> Option<String> {
    let (scheme, rest) = value.split_once("://")?;
    // A password may hold a slash or a question mark that nobody escaped, so the last @ ends it, wherever it stands.
    let (user, place) = rest.rsplit_once('@').map_or((None, rest), |(user, place)| (Some(user), place));
    let place = place.split_once(['?', '#']).map_or(place.to_owned(), |(path, _)| format!("{path}?{HIDDEN}"));
    let user = user.map_or(String::new(), |user| match user.split_once(':') {
        Some((name, _)) => format!("{name}:{HIDDEN}@"),
        None => format!("{HIDDEN}@"),
    });
    Some(format!("{scheme}://{user}{place}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_password_token_and_query() {
        for (url, shown) in [
            ("postgres://muctieu:p%40ss@db:5432/poverty", "postgres://muctieu:***@db:5432/poverty"),
            ("postgres://muctieu:p/a@ss@db/poverty", "postgres://muctieu:***@db/poverty"),
            ("postgres://db/poverty?user=m&password=pass", "postgres://db/poverty?***"),
            ("postgres://muctieu:pa?ss@db/poverty", "postgres://muctieu:***@db/poverty"),
            ("nats://token@bus:4222", "nats://***@bus:4222"),
            ("nats://bus:4222", "nats://bus:4222"),
        ] {
            assert_eq!(url_without_password(url).as_deref(), Some(shown));
        }
    }
}
