using FhirBridge.Fhir;

namespace FhirBridge.Mapping.Tests;

public class PatientComposerTests
{
    [Fact]
    public void SingleValue_OfThreeContributors_IsThePatientsOwnThenTheLatest()
    {
        var (old, late) = (Patient("b", "'birthDate':'1950-01-01','gender':'male'", 1), Patient("a", "'birthDate':'1950-01-02','gender':'female'", 2));
        Assert.Equal("1950-01-02", Compose(old, late).Text("birthDate"));
        Assert.Equal("other", Compose(old, late, Patient("Patient/rec7", "'gender':'other'")).Text("gender"));
        Assert.Equal("1950-01-02", Compose(old, late, Patient("Patient/rec7", "'gender':'other'")).Text("birthDate"));
    }

    [Fact]
    public void Deceased_StatedLater_IsNotHeldBackByThePatientsOwnWord() =>
        Assert.Equal("2026-01-01", Compose(Patient("Patient/rec7", "'deceasedBoolean':false"), Patient("a", "'deceasedDateTime':'2026-01-01'", 3))["deceased"].Value);

    [Fact]
    public void Names_OfSeveral_AreUnitedLatestFirst() =>
        Assert.Equal(["New", "Old"], Compose(Patient("a", "'name':[{'family':'Old'}]"), Patient("b", "'name':[{'family':'New'},{'family':'Old'}]", 2)).Children("name").Select(n => n.Text("family")));

    [Fact]
    public void Link_OfAContribution_NeverLeaks() =>
        Assert.False(Compose(Patient("a", "'link':[{'type':'seealso','other':{'reference':'Patient/local'}}]"))["link"].Exists);

    [Theory]
    [InlineData("'active':true", "'active':false", "true")]
    [InlineData("'active':false", "'active':false", "false")]
    [InlineData("'gender':'male'", "'gender':'male'", null)]
    public void Active_OfTwo_IsFalseOnlyWhenAllWhoSaySoSayFalse(string one, string other, string? unified) =>
        Assert.Equal(unified, Compose(Patient("a", one), Patient("b", other)).Text("active"));

    [Fact]
    public void BarePatient_HasTheIdAlone()
    {
        Assert.Null(Composer.Patient(Contribute.Record, []));
        var bare = Contribute.Read(Composer.BarePatient(Contribute.Record));
        Assert.Equal(["id", "meta"], bare.Children().Select(c => c.Name).Order());
        Assert.Equal("2026-11-01T08:00:00.000Z", Contribute.Read(Composer.BarePatient(Contribute.Record, Contribute.Day))["meta"].Text("lastUpdated"));
    }

    private static VisibleContribution Patient(string by, string content, int hours = 0) => Contribute.By(by, "1", $"{{'resourceType':'Patient',{content}}}", hours);

    private static FhirElement Compose(params VisibleContribution[] patients)
    {
        var patient = Composer.Patient(Contribute.Record, patients);
        Assert.NotNull(patient);
        return Contribute.Read(patient);
    }
}
