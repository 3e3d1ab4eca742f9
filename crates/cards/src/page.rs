//! A card as HTML.

use serde::Deserialize;
use serde_json::Value;
use spinloom_datastore::CardDocument;
use spinloom_diagnostics::{Result, ResultExt as _, codes};

const VIEWER: &str = include_str!(concat!(env!("OUT_DIR"), "/cards.js"));
const STYLE: &str = include_str!(concat!(env!("OUT_DIR"), "/cards.css"));
const VEGA: &str = include_str!(concat!(env!("OUT_DIR"), "/vega.js"));

/// Nothing is fetched from anywhere, whatever a card says.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; \
     media-src data: blob:; base-uri 'none'; form-action 'none'";

/// What of a document its page depends on.
#[derive(Deserialize)]
struct Head {
    card: About,
    #[serde(default)]
    html: Option<String>,
    #[serde(default)]
    uses: Vec<String>,
}

#[derive(Deserialize)]
struct About {
    #[serde(rename = "type")]
    kind: String,
    pathspec: String,
}

/// The script and the style sheet of the viewer; empty where this build has none.
pub fn viewer() -> (&'static str, &'static str) {
    (VIEWER, STYLE)
}

/// A card as one HTML page: what a template of a user's made as it is, else its document and the viewer.
///
/// # Errors
/// `SL0403` if the document is damaged.
pub fn page(document: &CardDocument) -> Result<String> {
    with_viewer(document, (VIEWER, STYLE, VEGA))
}

/// What a page of a template's is given where it is shown in a frame of the server's: how high it is, and what its data is now.
const BRIDGE: &str = "<script>(() => {\n\
    if (parent === window) return;\n\
    const tell = () => parent.postMessage({ type: 'card-height', height: document.documentElement.offsetHeight }, '*');\n\
    addEventListener('message', (event) => {\n\
      if (event.source !== parent || !event.data || event.data.type !== 'card') return;\n\
      if (typeof metaflow_card_update === 'function') metaflow_card_update(event.data.document.data);\n\
    });\n\
    addEventListener('load', () => {\n\
      new ResizeObserver(tell).observe(document.documentElement);\n\
      parent.postMessage({ type: 'card-ready' }, '*');\n\
    });\n\
  })();</script>\n";

/// A card as a page for a frame, which is told when the card is made anew.
///
/// # Errors
/// `SL0403` if the document is damaged.
pub fn framed(document: &CardDocument) -> Result<String> {
    let head: Head = serde_json::from_slice(&document.json)
        .or_error(codes::STORE_CORRUPT, || "a card is damaged".to_owned())?;
    match head.html {
        Some(html) => Ok(html + BRIDGE),
        None => page(document),
    }
}

/// As [`page`], with another viewer: its script, its style sheet, and what draws charts of Vega.
///
/// # Errors
/// `SL0403` if the document is damaged.
pub fn with_viewer(document: &CardDocument, (script, style, vega): (&str, &str, &str)) -> Result<String> {
    let damaged = || "a card is damaged".to_owned();
    let head: Head = serde_json::from_slice(&document.json).or_error(codes::STORE_CORRUPT, damaged)?;
    if let Some(html) = head.html {
        return Ok(html);
    }
    let json = String::from_utf8_lossy(&document.json);
    let title = escaped(&format!("{} · {}", head.card.pathspec, head.card.kind));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, \
         initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"{POLICY}\">\n<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main id=\"card\"></main>\n"
    );
    page += "<script type=\"application/json\" id=\"card-document\">";
    // Inside of a script, only `</` and `<!--` mean something, and in JSON `<` may be written otherwise.
    page += &json.replace('<', "\\u003c");
    page += "</script>\n";
    if script.is_empty() {
        page += &plainly(&json)?;
    }
    for library in &document.scripts {
        page += &inline(&String::from_utf8_lossy(library));
    }
    if head.uses.iter().any(|library| library == "vega") {
        page += &inline(vega);
    }
    page += &inline(script);
    page += "</body>\n</html>\n";
    Ok(page)
}

/// A script in a page. A text in it may look like its end.
fn inline(script: &str) -> String {
    if script.is_empty() {
        return String::new();
    }
    format!("<script>{}</script>\n", script.replace("</script", "<\\/script"))
}

/// What a card holds, for who has no viewer.
fn plainly(json: &str) -> Result<String> {
    let value: Value =
        serde_json::from_str(json).or_error(codes::STORE_CORRUPT, || "a card is damaged".to_owned())?;
    let text = serde_json::to_string_pretty(&value["components"]).unwrap_or_default();
    Ok(format!(
        "<p>This Spinloom was built without the viewer of cards, so this is the data of the card. To see it as it is meant, run \
         <code>npm run build:cards</code> in <code>ui</code> and build again.</p>\n<pre>{}</pre>\n",
        escaped(&text)
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(json: &str) -> CardDocument {
        CardDocument { json: json.as_bytes().to_vec(), scripts: vec![b"lib('</script>')".to_vec()] }
    }

    const CARD: &str = r#""card":{"type":"blank","pathspec":"F/1/<b>/2"}"#;

    #[test]
    fn a_page_has_the_document_the_libraries_and_the_viewer() {
        let json = format!(r#"{{{CARD},"components":[{{"source":"</script><img>"}}],"uses":["vega"]}}"#);
        let page = with_viewer(&document(&json), ("view()", "b{}", "vega()")).unwrap();
        assert!(page.contains("\\u003c/script>\\u003cimg>"), "{page}");
        assert!(page.contains("lib('<\\/script>')"));
        assert!(page.contains("<script>vega()</script>") && page.contains("<script>view()</script>"));
        assert!(page.contains("<title>F/1/&lt;b&gt;/2 · blank</title>"));
        assert!(page.contains("default-src 'none'") && !page.contains("built without"));
    }

    #[test]
    fn without_a_viewer_the_data_is_shown_plainly() {
        let json = format!(r#"{{{CARD},"components":[{{"source":"<hi>"}}]}}"#);
        let page = with_viewer(&document(&json), ("", "", "")).unwrap();
        assert!(page.contains("&lt;hi&gt;") && page.contains("built without the viewer"));
    }

    #[test]
    fn what_a_template_made_is_left_as_it_is() {
        let json = format!(r#"{{{CARD},"html":"<p>mine</p>"}}"#);
        assert_eq!(page(&document(&json)).unwrap(), "<p>mine</p>");
        let framed = framed(&document(&json)).unwrap();
        assert!(framed.starts_with("<p>mine</p><script>") && framed.contains("metaflow_card_update"));
        assert!(page(&document("{")).is_err());
    }
}
