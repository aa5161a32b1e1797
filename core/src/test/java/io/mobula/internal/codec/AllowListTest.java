package io.mobula.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.CodecException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Test that only classes on the allow-list are encoded and decoded. */
class AllowListTest {
  private final Codec open = Codec.create(CodecOptions.defaults());
  private final Codec strict = Codec.create(CodecOptions.defaults()
      .withAllowedClasses(name -> name.equals(SampleClasses.Address.class.getName())));

  @Test
  void letsWellKnownAndNamedClassesThrough() {
    Object value = new ArrayList<>(List.of(
        1,
        "x",
        new HashMap<>(Map.of("a", 2)),
        new SampleClasses.Address("s", 1),
        new SampleClasses.Address[0],
        new Object[0]));

    assertThat(((List<?>) strict.decode(strict.encode(value))).get(3))
        .isEqualTo(new SampleClasses.Address("s", 1));
  }

  @Test
  void refusesOthersOnBothSides() {
    for (Object value : List.of(
        new SampleClasses.Box<>(1),
        new SampleClasses.Box<?>[0],
        SampleClasses.Fruit.APPLE,
        new TreeMap<>(),
        SampleClasses.Bean.class,
        (java.util.function.Supplier<Integer> & java.io.Serializable) () -> 1)) {
      assertThatThrownBy(() -> strict.encode(value))
          .isInstanceOf(CodecException.class)
          .hasMessageContaining("not on the allow-list");
      byte[] bytes = open.encode(value).bytes();
      assertThatThrownBy(() -> strict.decode(bytes))
          .isInstanceOf(CodecException.class)
          .hasMessageContaining("not on the allow-list");
    }
  }
}
