package io.mobula.internal.node;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Filter of class names that match one of several patterns; {@code *} stands for any characters.
 */
final class AllowedClasses {
  private AllowedClasses() {}

  static Predicate<String> of(List<String> patterns) {
    var any = patterns.stream()
        .map(pattern -> Pattern.quote(pattern).replace("*", "\\E.*\\Q"))
        .collect(Collectors.joining("|"));
    return Pattern.compile(any).asMatchPredicate();
  }
}
