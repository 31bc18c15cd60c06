package io.tradingengine.backup.s3;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  @Test
  void s3KnowsTheApiTheSdkAndTheJdkOnly() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.tradingengine.backup",
            "io.tradingengine.backup.spi",
            "io.tradingengine.backup.s3",
            "software.amazon.awssdk..",
            "org.jspecify..",
            "java..")
        .check(
            new ClassFileImporter()
                .importPath(Path.of(System.getProperty("basedir", "."), "target", "classes")));
  }
}
