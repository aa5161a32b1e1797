package io.mobula;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Test that compiles all {@link AcceptedCallForms} and {@link RefusedCallForms}, the compatibility
 * promise of the API's source form.
 */
class CallFormsTest {
  private final SnippetCompiler compiler = new SnippetCompiler(SnippetPreamble.SOURCE);

  @Test
  void acceptsEveryAcceptedFormWithoutAWarning() {
    var forms = Stream.of(AcceptedCallForms.ALL, AcceptedCallForms.FAILING)
        .flatMap(List::stream)
        .flatMap(group -> group.forms().stream())
        .toList();

    assertThat(forms).hasSizeGreaterThanOrEqualTo(130).doesNotHaveDuplicates();
    compiler
        .complaints(forms)
        .forEach((index, said) -> assertThat(said).as(forms.get(index)).isEmpty());
  }

  @Test
  void refusesEveryRefusedFormInTheWordsOfTheTable() {
    var forms =
        RefusedCallForms.ALL.stream().map(RefusedCallForms.RefusedForm::form).toList();
    var complaints = compiler.complaints(forms);

    for (int i = 0; i < forms.size(); i++) {
      assertThat(complaints.getOrDefault(i, "nothing: it compiles"))
          .as(forms.get(i))
          .contains(RefusedCallForms.ALL.get(i).javac());
    }
  }

  @Test
  void acceptsWhatTheUserIsToldToWriteInstead() {
    List<String> instead =
        RefusedCallForms.ALL.stream().map(RefusedCallForms.RefusedForm::instead).toList();

    compiler
        .complaints(instead)
        .forEach((index, said) -> assertThat(said).as(instead.get(index)).isEmpty());
  }

  @Test
  void isWrittenDownForUsers() throws IOException {
    if (Boolean.getBoolean("mobula.docs.write")) {
      Files.writeString(CallFormsPage.FILE, CallFormsPage.text());
    }
    assertThat(Files.readString(CallFormsPage.FILE))
        .as("docs/call-forms.md is old; the page itself says how it is written anew")
        .isEqualTo(CallFormsPage.text());
  }
}
