package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class UserCodePageTest {

  @Test
  void thePageIsTheListOfTheSuite() throws IOException {
    if (Boolean.getBoolean("mobula.docs.write")) {
      Files.writeString(UserCodePage.FILE, UserCodePage.text());
    }
    assertThat(Files.readString(UserCodePage.FILE)).isEqualTo(UserCodePage.text());
  }
}
