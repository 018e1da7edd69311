//! An error as the operator reads it.

/// The error and its causes, outermost first, in one line. Libraries often repeat a cause in their own text: what is said
/// already, or will be, is left out.
pub(crate) fn in_one_line(error: &anyhow::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if said.iter().any(|earlier| earlier.contains(&cause)) {
            continue;
        }
        said.retain(|earlier| !cause.contains(earlier.as_str()));
        said.push(cause);
    }
    said.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn a_cause_that_its_error_repeats_is_said_once() {
        let error = anyhow!("connection refused")
            .context("tcp connect error: connection refused")
            .context("tcp connect error")
            .context("cannot reach 127.0.0.1:1");
        assert_eq!(in_one_line(&error), "cannot reach 127.0.0.1:1: tcp connect error: connection refused");
    }

    #[test]
    fn causes_that_say_something_of_their_own_are_all_said() {
        let error = anyhow!("no such file").context("cannot read a.toml");
        assert_eq!(in_one_line(&error), "cannot read a.toml: no such file");
    }
}
