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
        page is compiled by `CallFormsTest`, under `-Xlint:all`, and without a warning unless it is marked as refused. The
        page is generated from its table (`mvn -pl core test -Dtest=CallFormsTest -Dmobula.docs.write=true`). The
        declarations that the forms use are at the end.

        Three rules explain nearly all of it:

        * A function with a result is a `task`, a void one an `action`. A method with a result is a `call`, a void one a
          `tell`.
        * `task(f, a, b)`: the types of `a` and `b` select the overload of `f`, and are the types of a lambda's parameters.
          `task(f)` makes a task to keep; only `f` and the declared type on the left give its types.
        * An argument of static type `ObjectRef<T>` is a ref: the function gets the value. There are two exceptions: the
          parameter is itself an `ObjectRef`, or the ref is inside another value. Then the function gets the ref. A null ref
          is passed as null.

        When javac says `no suitable method found for task(...)` it goes on for a hundred lines, one per form: only the
        first line matters. Look it up below.
        """);
    page.append("\n## Accepted\n");
    AcceptedCallForms.ALL.forEach(group -> append(page, group));
    page.append("\n## Compiles, and fails at `remote()`\n");
    AcceptedCallForms.FAILING.forEach(group -> append(page, group));
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
