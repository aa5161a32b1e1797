package io.mobula.internal.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.ProcessException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests of lists of jars from drivers: an invalid list is rejected before a file gets its name. */
class JarCacheTest {
  private static final String HASH = "0123456789abcdef".repeat(4);

  @Test
  void whatIsNoListOfJarsIsRefused() {
    for (var value : Arrays.asList(null, 7, "jars", List.of("a.jar", HASH))) {
      assertThatThrownBy(() -> JarCache.parseList(value))
          .isInstanceOf(ProcessException.class)
          .hasMessageContaining("Wanted a list of jars");
    }
    assertThat(JarCache.parseList(List.of())).isEmpty();
  }

  @Test
  void aHashThatIsNoneNamesNoFile() {
    for (Object hash : List.of("../../evil", HASH.toUpperCase(java.util.Locale.ROOT), 7, "")) {
      assertThatThrownBy(() -> JarCache.parseList(List.of("a.jar", hash, "no ref")))
          .isInstanceOf(ProcessException.class)
          .hasMessageContaining("Jar a.jar has no hash by SHA-256, but " + hash);
    }
  }

  @Test
  void aJarWithoutARefIsRefused() {
    assertThatThrownBy(() -> JarCache.parseList(List.of("a.jar", HASH, "no ref")))
        .isInstanceOf(ProcessException.class)
        .hasMessageContaining("Jar a.jar has no ref");
  }
}
