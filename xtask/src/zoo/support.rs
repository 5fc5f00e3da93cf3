//! `docs/SUPPORT.md`, written from what the engine answered: `target/zoo/results.json`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::project::Project;

/// What `tests/zoo/generate.py` made.
#[derive(Deserialize)]
struct Zoo {
    versions: BTreeMap<String, String>,
    models: Vec<Made>,
    not_exported: Vec<NotExported>,
}

#[derive(Deserialize)]
struct Made {
    name: String,
    library: String,
    about: String,
    tolerance: Option<Tolerance>,
    /// The share of the rows where the exported model says what its library does.
    agreement: f64,
}

#[derive(Deserialize)]
struct Tolerance {
    relative: f64,
    why: String,
}

#[derive(Deserialize)]
struct NotExported {
    library: String,
    about: String,
    reason: String,
}

/// What `tests/zoo/zoo.test.mjs` found.
#[derive(Deserialize)]
struct Results {
    models: BTreeMap<String, BTreeMap<String, Found>>,
}

#[derive(Deserialize)]
struct Found {
    status: String,
    #[serde(default)]
    reason: Option<String>,
    /// Of numbers above 1, in units of them.
    #[serde(default)]
    difference: f64,
    /// The largest difference in units of what is allowed.
    #[serde(default)]
    share: f64,
}

const BUILDS: [&str; 2] = ["relaxed", "baseline"];

/// Writes the page, and takes what passes in both builds off the list of what may be refused.
pub fn publish(project: &Project) -> Result<()> {
    let (zoo, results) = read(project)?;
    let path = page(project);
    fs::write(&path, render(&zoo, &results)?)?;
    println!("{}", path.display());
    let path = project.at("tests/zoo/expected.json");
    let mut expected: Value = read_json(&path)?;
    if let Some(refused) = expected["refused"].as_object_mut() {
        refused.retain(|name, _| results.models.get(name).is_some_and(|found| !passes(found)));
    }
    Ok(fs::write(path, format!("{expected:#}\n"))?)
}

/// The page must name every model with its verdict. Differences in the last digits are no reason to write it anew.
pub fn check(project: &Project) -> Result<()> {
    let (zoo, results) = read(project)?;
    let path = page(project);
    let there = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let wanted = render(&zoo, &results)?;
    ensure!(
        verdicts(&there) == verdicts(&wanted),
        "{} is not what the engine answers: `cargo xtask zoo --publish` writes it",
        path.display()
    );
    Ok(())
}

fn page(project: &Project) -> PathBuf {
    project.at("docs/SUPPORT.md")
}

fn read(project: &Project) -> Result<(Zoo, Results)> {
    let folder = super::folder(project);
    Ok((read_json(&folder.join("zoo.json"))?, read_json(&folder.join("results.json"))?))
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))
}

fn passes(found: &BTreeMap<String, Found>) -> bool {
    BUILDS.iter().all(|build| found.get(*build).is_some_and(|found| found.status == "pass"))
}

/// The first three cells of each row of a table: library, model, verdict.
fn verdicts(page: &str) -> Vec<Vec<&str>> {
    let rows = page.lines().filter(|line| line.starts_with('|'));
    rows.map(|line| line.split('|').skip(1).take(3).map(str::trim).collect()).collect()
}

/// How many models are right, of how many.
#[derive(Default)]
struct Count {
    right: usize,
    all: usize,
}

fn render(zoo: &Zoo, results: &Results) -> Result<String> {
    let mut rows = String::new();
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for made in &zoo.models {
        let found = results.models.get(&made.name).with_context(|| format!("no results of {}", made.name))?;
        let count = counts.entry(&made.library).or_default();
        count.right += usize::from(passes(found));
        count.all += 1;
        writeln!(rows, "{}", row(made, found)?)?;
    }
    let mut page = head(zoo, &counts)?;
    writeln!(
        page,
        "| library | model | verdict | largest difference | of what is allowed |\n|---|---|---|---|---|\n{rows}"
    )?;
    write!(page, "## What could not be exported\n\nBy the library's exporter, so there is nothing to run.\n\n")?;
    writeln!(page, "| library | model | why |\n|---|---|---|")?;
    for NotExported { library, about, reason } in &zoo.not_exported {
        writeln!(page, "| {library} | {about} | {} |", cell(reason))?;
    }
    Ok(page)
}

/// What is above the table.
fn head(zoo: &Zoo, counts: &BTreeMap<&str, Count>) -> Result<String> {
    let right: usize = counts.values().map(|count| count.right).sum();
    let mut head = format!(
        "# Models that people export\n\n\
         Written by `cargo xtask zoo --publish`. {} models are made by `tests/zoo/`: trained, exported, some quantised, mostly with the exporters'\n\
         defaults. The engine is asked, inside wasm and in both SIMD builds, about rows that they were not trained on: 40 at\n\
         once, one at a time, with NaN where they were trained with some, and of extreme values. **{right} of {} are right**:\n\
         classes exactly as onnxruntime says, numbers within 1e-4 relative and 1e-6 absolute unless a row says otherwise.\n\
         Those of onnxruntime are made by its quantiser, and answered by it as the graph is written: at most half as large, and\n\
         with the same largest number in each row as the model in floats.\n\
         ZipMap's dictionaries come as one tensor of [N, classes] whose labels are the classes. Differences of numbers above 1\n\
         are in units of them.\n\n| library | right |\n|---|---|\n",
        zoo.models.len(),
        zoo.models.len(),
    );
    for (library, Count { right, all }) in counts {
        let version = zoo.versions.get(*library).with_context(|| format!("no version of {library}"))?;
        writeln!(head, "| {library} {version} | {right} of {all} |")?;
    }
    // onnxruntime quantises some, and answers about all.
    let is_other = |name: &str| !counts.contains_key(name) || name == "onnxruntime";
    let others = zoo.versions.iter().filter(|(name, _)| is_other(name));
    let others: Vec<String> = others.map(|(name, version)| format!("{name} {version}")).collect();
    write!(head, "\nExported and compared by {}.\n\n", others.join(", "))?;
    Ok(head)
}

fn row(made: &Made, found: &BTreeMap<String, Found>) -> Result<String> {
    let both = BUILDS.map(|build| found.get(build).with_context(|| format!("{}: not asked in {build}", made.name)));
    let [relaxed, baseline] = both;
    let (relaxed, baseline) = (relaxed?, baseline?);
    let (difference, share) = (relaxed.difference.max(baseline.difference), relaxed.share.max(baseline.share));
    let head = format!("| {} | {} |", made.library, made.about);
    if passes(found) {
        let mut notes = String::new();
        if let Some(Tolerance { relative, why }) = &made.tolerance {
            write!(notes, " ({relative:e} relative: {why})")?;
        }
        if made.agreement < 1.0 {
            let percent = made.agreement * 100.0;
            write!(notes, " (the export itself agrees with the library on {percent:.1} % of the rows)")?;
        }
        return Ok(format!("{head} right | {difference:.1e} | {:.1} %{notes} |", share * 100.0));
    }
    let worse = if relaxed.status == "pass" { baseline } else { relaxed };
    let reason = worse.reason.as_deref().unwrap_or("no reason given");
    let reason = reason.trim_start_matches("the model cannot be loaded: ");
    Ok(format!("{head} {}: {} | | |", worse.status, cell(reason)))
}

/// A text that can stand in a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zoo() -> Zoo {
        serde_json::from_value(serde_json::json!({
            "versions": {"onnx": "1.0", "l": "2.0"},
            "models": [{"name": "a", "library": "l", "about": "A", "tolerance": null, "agreement": 1.0}],
            "not_exported": [{"library": "l", "about": "B", "reason": "a | b"}],
        }))
        .unwrap()
    }

    fn results(baseline: Value) -> Results {
        let pass = serde_json::json!({"status": "pass", "difference": 1e-7, "share": 0.01});
        serde_json::from_value(serde_json::json!({"models": {"a": {"relaxed": pass, "baseline": baseline}}})).unwrap()
    }

    #[test]
    fn a_model_is_right_only_in_both_builds() {
        let pass = serde_json::json!({"status": "pass", "difference": 2e-7, "share": 0.005});
        let page = render(&zoo(), &results(pass)).unwrap();
        assert!(
            page.contains("**1 of 1 are right**")
                && page.contains("| l 2.0 | 1 of 1 |")
                && page.contains("by onnx 1.0."),
            "{page}"
        );
        assert!(page.contains("| l | A | right | 2.0e-7 | 1.0 % |"), "{page}");
        assert!(page.contains("| l | B | a \\| b |"), "{page}");
        let page = render(&zoo(), &results(serde_json::json!({"status": "refused", "reason": "no X"}))).unwrap();
        assert!(page.contains("**0 of 1 are right**") && page.contains("| l | A | refused: no X |"), "{page}");
    }

    #[test]
    fn another_verdict_is_told_and_another_digit_is_not() {
        let page = |share: f64| {
            let pass = serde_json::json!({"status": "pass", "difference": share, "share": share});
            render(&zoo(), &results(pass)).unwrap()
        };
        assert_eq!(verdicts(&page(0.5)), verdicts(&page(0.7)));
        let refused = render(&zoo(), &results(serde_json::json!({"status": "refused", "reason": "no X"}))).unwrap();
        assert_ne!(verdicts(&page(0.5)), verdicts(&refused));
    }
}
