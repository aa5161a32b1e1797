package io.mobula;

import java.nio.file.Path;

/**
 * Text of the page {@code docs/call-forms.md}, generated from {@link AcceptedCallForms} and
 * {@link RefusedCallForms}.
 */
final class CallFormsPage {
  static final Path FILE = Path.of("..", "docs", "call-forms.md");

  private static final int WIDEST = 120;

  private CallFormsPage() {}

  static String text() {
    var page = new StringBuilder("""
        # Call forms

        The forms of calls that compile, and those that the compiler refuses, with what to write instead. Every line of this
        page is compiled by `CallFormsTest`, under `-Xlint:all` and without a warning; the page is generated from its table
        (`mvn -pl core test -Dtest=CallFormsTest -Dmobula.docs.write=true`). The declarations that the forms use are at the
        end.

        Three rules explain nearly all of it:

        * Functions with a result are a `task`, void ones an `action`; methods with a result are a `call`, void ones a `tell`.
        * With the arguments beside the function, `task(f, a, b)`, their types choose among overloads and type lambdas. A
          function alone, `task(f)`, is a task to keep; its types come from the function and the left side only.
        * An argument is a ref when its static type is `ObjectRef`; then the function gets its value. A null ref is the
          value null.

        When javac says `no suitable method found for task(...)` it goes on for a hundred lines, one per form: only the
        first line matters. Look it up below.
        """);
    page.append("\n## Accepted\n");
    AcceptedCallForms.ALL.forEach(group -> append(page, group));
    page.append("\n## Refused\n");
    RefusedCallForms.ALL.forEach(refused -> append(page, refused));
    return page.append("\n## Declarations that the forms use\n\n```java\n")
        .append(SnippetPreamble.SOURCE)
        .append("```\n")
        .toString();
  }

  private static void append(StringBuilder page, AcceptedCallForms.FormGroup group) {
    page.append("\n### ").append(group.title()).append("\n\n```java\n");
    group.forms().forEach(form -> page.append(form).append('\n'));
    page.append("```\n");
  }

  private static void append(StringBuilder page, RefusedCallForms.RefusedForm refused) {
    var why = capitalized(refused.why());
    boolean fits = why.length() + refused.javac().length() + ": ``".length() <= WIDEST;
    page.append("\n%s:%s`%s`\n\n```java\n".formatted(why, fits ? " " : "\n", refused.javac()));
    page.append("%s  // refused\n%s\n```\n".formatted(refused.form(), refused.instead()));
  }

  private static String capitalized(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }
}
