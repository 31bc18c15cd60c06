package io.tradingengine.backup.core;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Data runs one way: in, through, out. Only the engine knows all. */
class ArchitectureTest {
  private static final String CORE = "io.tradingengine.backup.core";

  /** In, through and out: each knows the API and itself. */
  static final List<String> ALONE =
      List.of("postgres", "redis", "files", "volume", "openpgp", "destination");

  /** What remembers: knows the volumes that it keeps account of. */
  static final List<String> REMEMBER = List.of("catalog", "point");

  /** What cares for backups: builds on what remembers. */
  static final List<String> CARE = List.of("retention", "verify", "drill", "schedule");

  /** What tells: listens to the API's events. */
  static final List<String> TELL = List.of("monitor", "alert", "audit");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importPath(Path.of(System.getProperty("basedir", "."), "target", "classes"));

  @ParameterizedTest
  @FieldSource("ALONE")
  void inThroughAndOutKnowTheApiOnly(String feature) {
    knowsOnly(feature);
  }

  @ParameterizedTest
  @FieldSource("REMEMBER")
  void whatRemembersKnowsVolumes(String feature) {
    knowsOnly(feature, "volume", "catalog");
  }

  @ParameterizedTest
  @FieldSource("CARE")
  void careBuildsOnWhatRemembers(String feature) {
    knowsOnly(feature, "catalog", "point");
  }

  @ParameterizedTest
  @FieldSource("TELL")
  void tellListensToEvents(String feature) {
    knowsOnly(feature);
  }

  /** Archiving sends what it encodes, and remembers the points of it. */
  @Test
  void archivingBuildsOnVolumesAndWhatRemembers() {
    knowsOnly("archive", "volume", "catalog", "point");
  }

  @Test
  void everyClassHasItsFeature() {
    Stream<String> features =
        Stream.of(List.of("engine", "archive"), ALONE, REMEMBER, CARE, TELL)
            .flatMap(List::stream)
            .map(this::below);
    classes()
        .that()
        .resideInAPackage(CORE + "..")
        .and()
        .doNotHaveSimpleName("package-info")
        .should()
        .resideInAnyPackage(features.toArray(String[]::new))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  private void knowsOnly(String feature, String... others) {
    String[] known =
        Stream.concat(Stream.of(feature), Stream.of(others))
            .map(this::below)
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(below(feature))
        .should()
        .dependOnClassesThat(resideInAPackage(CORE + "..").and(not(resideInAnyPackage(known))))
        .allowEmptyShould(true) // a feature that is not there yet
        .check(CLASSES);
  }

  private String below(String feature) {
    return CORE + "." + feature + "..";
  }
}
