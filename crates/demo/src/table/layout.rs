//! Lines of at most 118 columns, measured as a terminal shows them.

use unicode_width::UnicodeWidthStr;

/// Columns of the page.
pub(super) const WIDTH: usize = 118;

/// A cell and its width in columns; longer text is cut and ends in `…`.
pub(super) enum Column<'a> {
    /// Aligned left.
    Left(&'a str, usize),
    /// Aligned right.
    Right(&'a str, usize),
}

/// The cells with a space between them, without trailing spaces.
pub(super) fn line(columns: &[Column<'_>]) -> String {
    let cells: Vec<String> = columns.iter().map(cell).collect();
    let mut line = cells.join(" ");
    line.truncate(line.trim_end().len());
    line.push('\n');
    line
}

/// A line of one character.
pub(super) fn rule(character: char) -> String {
    let mut rule: String = std::iter::repeat_n(character, WIDTH).collect();
    rule.push('\n');
    rule
}

/// The heading of a part of the page.
pub(super) fn title(vietnamese: &str, english: &str) -> String {
    format!("\n{}", line(&[Column::Left(&format!("{vietnamese} ({english})"), WIDTH)]))
}

/// The text broken between words into lines of at most that width, at most so many; what does not fit ends in `…`.
pub(super) fn lines_of(text: &str, width: usize, lines_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut rest = text.split(' ').filter(|word| !word.is_empty()).peekable();
    while rest.peek().is_some() {
        let last = lines.len() + 1 == lines_max;
        let mut line = String::new();
        while let Some(word) = rest.peek() {
            if !last && !line.is_empty() && line.width() + 1 + word.width() > width {
                break;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line += word;
            rest.next();
        }
        lines.push(fitted(&line, width));
    }
    lines
}

/// Text after a mark, broken between words into lines that begin under its first word.
pub(super) fn wrapped(mark: &str, text: &str) -> String {
    let indent = mark.width() + 1;
    let mut out = mark.to_owned();
    let mut column = indent - 1;
    for word in text.split(' ') {
        if column + 1 + word.width() > WIDTH && column > indent {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        } else {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += word.width();
    }
    out.push('\n');
    out
}

fn cell(column: &Column<'_>) -> String {
    let (Column::Left(text, width) | Column::Right(text, width)) = column;
    let text = fitted(text, *width);
    let space = " ".repeat(width - text.width());
    match column {
        Column::Left(..) => text + &space,
        Column::Right(..) => space + &text,
    }
}

fn fitted(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for character in text.chars() {
        let mut longer = cut.clone();
        longer.push(character);
        if longer.width() >= width {
            break;
        }
        cut = longer;
    }
    cut + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_letters_take_one_column_composed_or_not() {
        let composed = cell(&Column::Left("Mường Tè", 10));
        let decomposed = cell(&Column::Left("Mu\u{31B}o\u{31B}\u{300}ng Te\u{300}", 10));
        assert_eq!((composed.width(), decomposed.width()), (10, 10));
    }

    #[test]
    fn long_text_is_cut_to_its_column_and_says_so() {
        assert_eq!(line(&[Column::Left("Xã Tủa Sín Chải", 8), Column::Right("7", 2)]), "Xã Tủa …  7\n");
    }

    #[test]
    fn a_name_takes_the_lines_it_is_given() {
        let lines = lines_of("một hai ba bốn năm sáu bảy", 10, 2);
        assert_eq!(lines, ["một hai ba", "bốn năm s…"]);
        assert_eq!(lines_of("một hai", 10, 2), ["một hai"]);
        assert!(lines_of("", 10, 2).is_empty());
    }

    #[test]
    fn wrapped_text_stays_within_the_table() {
        let text = "một hai ba bốn năm ".repeat(20);
        let wrapped = wrapped("*", text.trim());
        assert!(wrapped.lines().all(|line| line.width() <= WIDTH));
        assert!(wrapped.lines().skip(1).all(|line| line.starts_with("  ")));
    }
}
