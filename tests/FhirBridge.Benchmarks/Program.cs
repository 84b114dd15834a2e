using FhirBridge.Benchmarks.Floor;

if (args is ["floor", var database, var url])
{
    await FloorServer.RunAsync(database, url);
    return 0;
}

return 1;
