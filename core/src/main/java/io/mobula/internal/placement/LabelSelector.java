package io.mobula.internal.placement;

import io.mobula.error.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Selector of nodes by labels: terms separated by commas, all of which must hold.
 *
 * <pre>
 * zone=a    zone!=a    zone in (a, b)    zone not in (a, b)    zone exists    !zone
 * </pre>
 *
 * <p>The syntax follows Kubernetes' selectors. As there, {@code !=} and {@code not in} also match a
 * node without that label. Keys and values consist of letters, digits and {@code - _ . / :}, or are
 * put in double quotes.
 */
public final class LabelSelector {
  private final List<Term> terms;

  private LabelSelector(List<Term> terms) {
    this.terms = List.copyOf(terms);
  }

  private sealed interface Term {
    boolean holds(Map<String, String> labels);
  }

  private record OneOf(String key, Set<String> values) implements Term {
    @Override
    public boolean holds(Map<String, String> labels) {
      var value = labels.get(key);
      return value != null && values.contains(value);
    }
  }

  private record Exists(String key) implements Term {
    @Override
    public boolean holds(Map<String, String> labels) {
      return labels.containsKey(key);
    }
  }

  private record Not(Term term) implements Term {
    @Override
    public boolean holds(Map<String, String> labels) {
      return !term.holds(labels);
    }
  }

  /**
   * Parses the text of a selector.
   *
   * @throws InvalidRequestException naming the position at which it is malformed
   */
  public static LabelSelector parse(String text) {
    return new Parser(text).selector();
  }

  /** Returns whether the selector matches a node with these labels. */
  public boolean matches(Map<String, String> labels) {
    return terms.stream().allMatch(term -> term.holds(labels));
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    LabelSelector selector() {
      var terms = new ArrayList<Term>();
      do {
        terms.add(term());
      } while (take(","));
      skipBlanks();
      if (at < text.length()) {
        throw malformed("a comma or the end");
      }
      return new LabelSelector(terms);
    }

    private Term term() {
      if (take("!")) {
        return new Not(new Exists(word("a label's name")));
      }
      var key = word("a label's name");
      if (take("!=")) {
        return new Not(new OneOf(key, Set.of(word("a value"))));
      }
      if (take("=")) {
        return new OneOf(key, Set.of(word("a value")));
      }
      int before = at;
      return switch (isAtWord() ? word("") : "") {
        case "exists" -> new Exists(key);
        case "in" -> new OneOf(key, values());
        case "not" -> {
          require("in");
          yield new Not(new OneOf(key, values()));
        }
        default -> {
          at = before;
          throw malformed("one of =, !=, in (...), not in (...), exists");
        }
      };
    }

    private Set<String> values() {
      require("(");
      var values = new TreeSet<String>();
      do {
        values.add(word("a value"));
      } while (take(","));
      require(")");
      return values;
    }

    private void require(String token) {
      if (!take(token)) {
        throw malformed("\"" + token + "\"");
      }
    }

    private boolean take(String token) {
      skipBlanks();
      boolean there = text.startsWith(token, at);
      at += there ? token.length() : 0;
      return there;
    }

    private void skipBlanks() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private boolean isAtWord() {
      skipBlanks();
      return at < text.length() && (text.charAt(at) == '"' || isPlain(text.charAt(at)));
    }

    private String word(String what) {
      if (!isAtWord()) {
        throw malformed(what);
      }
      int start = at;
      if (text.charAt(at) == '"') {
        int end = text.indexOf('"', at + 1);
        if (end < 0) {
          throw malformed("a closing quote for the one");
        }
        at = end + 1;
        return text.substring(start + 1, end);
      }
      while (at < text.length() && isPlain(text.charAt(at))) {
        at++;
      }
      return text.substring(start, at);
    }

    private static boolean isPlain(char sign) {
      return Character.isLetterOrDigit(sign) || "-_./:".indexOf(sign) >= 0;
    }

    private InvalidRequestException malformed(String wanted) {
      return new InvalidRequestException("Label selector \"" + text + "\" is malformed: wanted "
          + wanted + " at position " + at + ", found "
          + (at < text.length() ? "\"" + text.substring(at) + "\"" : "the end")
          + ". Such as: zone in (a, b), disk=ssd, !spot");
    }
  }
}
