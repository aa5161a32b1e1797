package io.mobula;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvent;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/**
 * Test of the dependencies between the packages of {@code core}: only downward, skipping layers is
 * allowed, no cycles.
 *
 * <p>A new package must be added to {@link #LAYERS}.
 */
@AnalyzeClasses(packages = "io.mobula", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  /** Layers from top to bottom; packages of one layer may depend on each other in one direction. */
  private static final List<Set<String>> LAYERS = List.of(
      Set.of("io.mobula.internal.runtime"),
      Set.of("io.mobula.internal.node"),
      Set.of("io.mobula.internal.task", "io.mobula.internal.actor", "io.mobula.internal.job"),
      Set.of("io.mobula.internal.group", "io.mobula.internal.checkpoint"),
      Set.of("io.mobula.internal.call", "io.mobula.internal.placement"),
      Set.of("io.mobula.internal.sharing", "io.mobula.internal.output"),
      Set.of("io.mobula.internal.ledger", "io.mobula.internal.store"),
      Set.of("io.mobula.internal.execution"),
      Set.of("io.mobula.internal.lane"),
      Set.of("io.mobula.internal.ring"),
      Set.of(
          "io.mobula.internal.cluster",
          "io.mobula.internal.codec",
          "io.mobula.internal.memory",
          "io.mobula.internal.process"),
      Set.of("io.mobula.internal.wait"),
      Set.of(
          "io.mobula",
          "io.mobula.info",
          "io.mobula.placement",
          "io.mobula.spi",
          "io.mobula.tensor"),
      Set.of("io.mobula.error"));

  private static final int UNKNOWN = -1;

  @ArchTest
  static final ArchRule ARROWS_GO_DOWN = classes().should(onlyUseTheirLayerAndBelow());

  @ArchTest
  static final ArchRule NO_CYCLES_BETWEEN_INTERNAL_PACKAGES =
      slices().matching("io.mobula.internal.(**)").should().beFreeOfCycles().allowEmptyShould(true);

  @ArchTest
  static final ArchRule PUBLIC_API_KNOWS_NOTHING_INTERNAL = noClasses()
      .that()
      .resideInAnyPackage(
          "io.mobula",
          "io.mobula.error",
          "io.mobula.info",
          "io.mobula.placement",
          "io.mobula.spi",
          "io.mobula.tensor")
      .should()
      .dependOnClassesThat()
      .resideInAPackage("io.mobula.internal..");

  @ArchTest
  static final ArchRule MEMORY_KNOWS_NO_AKKA = noClasses()
      .that()
      .resideInAPackage("io.mobula.internal.memory..")
      .should()
      .dependOnClassesThat()
      .resideInAPackage("akka..")
      .allowEmptyShould(true);

  /**
   * Rule against the wall clock. The clocks of two hosts differ, and a clock may be set, so only
   * durations and values of {@link System#nanoTime()} are compared or sent. {@code TaskTimer}
   * computes the deadline that a program sees; {@code StaleStoreCleaner} and
   * {@code ProcessLockFile} compare file times with the clock that set them.
   */
  @ArchTest
  static final ArchRule NOBODY_LOOKS_AT_THE_WALL_CLOCK = noClasses()
      .that()
      .haveNameNotMatching("io\\.mobula\\.internal\\."
          + "(task\\.TaskTimer|memory\\.StaleStoreCleaner|checkpoint\\.ProcessLockFile)")
      .should()
      .callMethod(System.class, "currentTimeMillis")
      .orShould()
      .callMethod(Instant.class, "now")
      .orShould()
      .callMethod(Clock.class, "systemUTC")
      .orShould()
      .callMethod(Clock.class, "systemDefaultZone");

  @ArchTest
  static final ArchRule EVERY_PACKAGE_SAYS_ITS_DUTY = classes().should(liveInANullMarkedPackage());

  private static ArchCondition<JavaClass> onlyUseTheirLayerAndBelow() {
    return new ArchCondition<>("use only their own layer and those below") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        int from = layerOf(item);
        if (from == UNKNOWN) {
          events.add(violated(item, item.getName() + " is in a package without a place in LAYERS"));
          return;
        }
        for (Dependency arrow : item.getDirectDependenciesFromSelf()) {
          if (pointsUp(from, arrow.getTargetClass().getBaseComponentType())) {
            events.add(violated(item, "an arrow goes up: " + arrow.getDescription()));
          }
        }
      }
    };
  }

  private static ArchCondition<JavaClass> liveInANullMarkedPackage() {
    return new ArchCondition<>("live in a package whose package-info is @NullMarked") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        boolean described = item.getPackage()
            .tryGetPackageInfo()
            .map(info -> info.isAnnotatedWith(NullMarked.class))
            .orElse(false);
        if (!described) {
          events.add(violated(item, item.getPackageName() + " has no @NullMarked package-info"));
        }
      }
    };
  }

  private static boolean pointsUp(int from, JavaClass target) {
    int to = layerOf(target);
    return to != UNKNOWN && to < from;
  }

  private static int layerOf(JavaClass type) {
    String name = type.getPackageName();
    for (int layer = 0; layer < LAYERS.size(); layer++) {
      if (LAYERS.get(layer).contains(name)) {
        return layer;
      }
    }
    return UNKNOWN;
  }

  private static ConditionEvent violated(JavaClass item, String message) {
    return SimpleConditionEvent.violated(item, message);
  }
}
