//! Text as people read it. Of JSON, what fits on a line stays on it, and the order of fields is that of the text.

const WIDTH: usize = 110;
const PROSE_WIDTH: usize = 130;

/// The text in lines.
pub(crate) fn wrapped(text: &str) -> String {
    let (mut lines, mut width) = (String::new(), 0);
    for word in text.split(' ') {
        let letters = word.chars().count();
        if width > 0 && width + 1 + letters > PROSE_WIDTH {
            lines.push('\n');
            width = 0;
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += letters;
    }
    lines
}

/// The text with blanks and line ends.
pub(crate) fn laid_out(text: &str) -> String {
    at(text, 0)
}

/// Keys and values of an object, in the order of the text.
pub(crate) fn fields(object: &str) -> Vec<(&str, &str)> {
    elements(object).into_iter().map(|element| split_key(element).unwrap()).collect()
}

fn at(text: &str, indent: usize) -> String {
    let line = on_one_line(text);
    let is_container = text.starts_with(['{', '[']);
    if !is_container || indent + line.chars().count() <= WIDTH {
        return line;
    }
    let inner = " ".repeat(indent + 2);
    let lines = elements(text).into_iter().map(|element| match split_key(element) {
        Some((key, value)) => format!("{inner}\"{key}\": {}", at(value, indent + 2)),
        None => format!("{inner}{}", at(element, indent + 2)),
    });
    let lines = lines.collect::<Vec<_>>().join(",\n");
    let (open, close) = (&text[..1], &text[text.len() - 1..]);
    format!("{open}\n{lines}\n{}{close}", " ".repeat(indent))
}

fn on_one_line(text: &str) -> String {
    if !text.starts_with(['{', '[']) {
        return text.to_owned();
    }
    let elements = elements(text).into_iter().map(|element| match split_key(element) {
        Some((key, value)) => format!("\"{key}\": {}", on_one_line(value)),
        None => on_one_line(element),
    });
    let elements = elements.collect::<Vec<_>>().join(", ");
    format!("{}{elements}{}", &text[..1], &text[text.len() - 1..])
}

/// What stands between the commas of an object or array.
fn elements(container: &str) -> Vec<&str> {
    let inner = &container[1..container.len() - 1];
    let (mut depth, mut quoted, mut escaped, mut begin) = (0_u32, false, false, 0);
    let mut found = Vec::new();
    for (place, character) in inner.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&inner[begin..place]);
                begin = place + 1;
            }
            _ => {}
        }
    }
    if begin < inner.len() {
        found.push(&inner[begin..]);
    }
    found
}

/// Key and value of an object's element; `None` for an array's. Keys hold no quotation marks.
fn split_key(element: &str) -> Option<(&str, &str)> {
    element.strip_prefix('"')?.split_once("\":")
}
